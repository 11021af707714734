#pragma once
// Draws the picture with OpenGL.

#include <QOpenGLWidget>
#include <functional>
#include <memory>

struct mpv_handle;
struct mpv_render_context;

namespace reelquery {

/// Confined to the GUI thread.
class OpenGlSurface : public QOpenGLWidget {
    Q_OBJECT

  public:
    /// isReady is called when it can draw, or has found out that it cannot.
    OpenGlSurface(std::shared_ptr<mpv_handle> player, std::function<void()> isReady);
    ~OpenGlSurface() override;

  protected:
    void initializeGL() override;
    void paintGL() override;

  private:
    void release();

    std::shared_ptr<mpv_handle> player_;
    std::function<void()> isReady_;
    mpv_render_context* context_ = nullptr;  // freed with the OpenGL context current
};

}  // namespace reelquery
