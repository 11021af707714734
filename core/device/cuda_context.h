#pragma once
// The context that this process shares on a card, and a queue of its own on it, for libraries that
// take CUDA's handles.

#include <memory>

struct CUctx_st;
struct CUstream_st;

namespace reelquery {

/// A card's primary context, which is also torch's, held until destroyed, with a stream that waits
/// for no other's work. Thread: any.
class CudaContext {
  public:
    /// ordinal: the driver's index of the card. Empty where there is no driver or no such card.
    /// Whoever comes first sets how the context waits: nothing is asked of it here, so that it
    /// serves as torch made it.
    static std::shared_ptr<const CudaContext> primaryOf(int ordinal);

    CudaContext(const CudaContext&) = delete;
    CudaContext& operator=(const CudaContext&) = delete;
    ~CudaContext();

    CUctx_st* handle() const { return context_; }

    CUstream_st* stream() const { return stream_; }

  private:
    explicit CudaContext(int device) : device_(device) {}

    int device_;
    CUctx_st* context_ = nullptr;
    CUstream_st* stream_ = nullptr;
};

}  // namespace reelquery
