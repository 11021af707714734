#include "app/gui/models/self_test.h"

#include <QImage>
#include <QPainter>

#include "app/gui/engine/engine_bridge.h"
#include "app/gui/look/format.h"

namespace reelquery {

namespace {

constexpr int kSide = 224;        // eight by eight tokens
constexpr int kAnswerTokens = 4;  // enough to see that words come

bool drawPicture(const QString& path) {
    QImage picture(kSide, kSide, QImage::Format_RGB32);
    picture.fill(Qt::white);
    QPainter painter(&picture);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Qt::red);
    painter.drawEllipse(QPointF(kSide / 2.0, kSide / 2.0), kSide / 4.0, kSide / 4.0);
    painter.end();
    return picture.save(path);
}

}  // namespace

SelfTest::SelfTest(EngineBridge& bridge, QObject* parent) : QObject(parent), bridge_(bridge) {
    connect(&bridge, &EngineBridge::modelReady, this, [this](const ModelReady& event) {
        if (event.request == request_) ask(event);
    });
    connect(&bridge, &EngineBridge::comparisonDone, this, [this](const ComparisonDone& event) {
        if (event.request == request_) finish(event.report);
    });
    connect(&bridge, &EngineBridge::failed, this, [this](const Failed& event) {
        if (event.request != request_) return;
        end();
        Q_EMIT failed(sentenceText(toQString(event.message)) + QLatin1Char('\n') +
                      sentenceText(toQString(event.hint)));
    });
    connect(&bridge, &EngineBridge::cancelled, this, [this](const Cancelled& event) {
        if (event.request != request_) return;
        end();
        Q_EMIT failed(tr("Stopped."));
    });
}

void SelfTest::start(const ModelChoice& model) {
    if (isRunning()) return;
    folder_ = std::make_unique<QTemporaryDir>();
    if (!drawPicture(folder_->filePath(QStringLiteral("disc.png")))) {
        Q_EMIT failed(tr("No picture could be written to %1.").arg(folder_->path()));
        return;
    }
    model_ = model;
    model_.server.clear();  // this machine is what is tested
    time_.start();
    Q_EMIT progressed(tr("Loading the model…"));
    request_ = bridge_.loadModel(model_);
}

void SelfTest::stop() {
    if (isRunning()) bridge_.cancel(request_);
}

void SelfTest::ask(const ModelReady& model) {
    loaded_ = tr("%1 on %2 as %3, %4 of weights, loaded in %5.")
                  .arg(toQString(model.name), toQString(model.device), toQString(model.dtype),
                       bytesText(model.weightBytes), secondsText(double(time_.elapsed()) / 1000));
    Q_EMIT progressed(tr("Asking about a drawn picture…"));
    CompareRequest test;
    test.rounds = 1;
    test.ask.video = toPath(folder_->filePath(QStringLiteral("disc.png")));
    test.ask.question = "Which colour is the disc?";
    test.ask.model = model_;
    test.ask.sampling.maxVideoTokens = 256;
    test.ask.attention.kind = AttentionKind::kSparse;
    test.ask.generation.maxNewTokens = kAnswerTokens;
    test.ask.mayReuse = false;
    time_.restart();
    request_ = bridge_.compare(std::move(test));
}

void SelfTest::finish(const ComparisonReport& report) {
    const QString asked = secondsText(double(time_.elapsed()) / 1000);
    end();
    if (report.dense.report.answerTokens < 1 || report.sparse.report.answerTokens < 1) {
        Q_EMIT failed(tr("The model was loaded but gave no answer."));
        return;
    }
    const QString agreement = report.agreement.sameAnswer
                                  ? tr("Dense and sparse attention gave the same answer.")
                                  : tr("Dense and sparse attention gave different answers.");
    Q_EMIT passed(tr("Works: %1 Answered in %2. %3").arg(loaded_, asked, agreement));
}

void SelfTest::end() {
    request_ = 0;
    folder_.reset();
}

}  // namespace reelquery
