#pragma once
// Precompiled once for every file of the window: the Qt headers most of them want.

#include <QAbstractListModel>
#include <QApplication>
#include <QBoxLayout>
#include <QFrame>
#include <QJsonArray>
#include <QJsonObject>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>
#include <QWidget>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/session/session.h"
