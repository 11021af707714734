#pragma once
// Draws the picture without OpenGL.

#include <QImage>
#include <QWidget>
#include <memory>

struct mpv_handle;
struct mpv_render_context;

namespace reelquery {

/// Confined to the GUI thread.
class SoftwareSurface : public QWidget {
    Q_OBJECT

  public:
    explicit SoftwareSurface(std::shared_ptr<mpv_handle> player);
    ~SoftwareSurface() override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void draw();

    std::shared_ptr<mpv_handle> player_;
    mpv_render_context* context_ = nullptr;
    QImage picture_;  // in device pixels
};

}  // namespace reelquery
