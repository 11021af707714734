#include "core/device/tiled_product.h"

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>

#include "core/base/error.h"
#include "core/device/cuda_libraries.h"
#include "core/device/cuda_stream.h"
#include "core/device/kernel_status.h"
#include "kernels/gemm/gemm_cuda.h"

namespace reelquery {

namespace {

/// Rows up to which the packed words are read once for every eight: unpacking moves five to nine
/// times their bytes.
constexpr std::int64_t kPackedRows = 32;

kernels::GemmType gemmType(at::ScalarType type) {
    switch (type) {
        case at::kBFloat16:
            return kernels::GemmType::kBfloat16;
        case at::kHalf:
            return kernels::GemmType::kFloat16;
        default:
            ENSURE(type == at::kFloat, "packed weights become bf16, float16 or float32");
            return kernels::GemmType::kFloat32;
    }
}

/// Which input stands at each place once those of a group stand together; undefined where not all
/// groups are of groupSize. groupOf: int32 [K].
at::Tensor orderByGroup(const at::Tensor& groupOf, std::int64_t groupSize) {
    const at::Tensor groups = groupOf.cpu();
    const at::Tensor order = std::get<1>(groups.sort(/*stable=*/true, 0, false));
    const at::Tensor regular =
        at::arange(groups.size(0), at::kLong).div(groupSize, "floor").to(at::kInt);
    if (!groups.index_select(0, order).eq(regular).all().item<bool>()) return {};
    return order.to(at::kInt).to(groupOf.device());
}

bool isHeldBy(at::ScalarType type, const at::Tensor& scales) {
    return scales.to(type).to(at::kFloat).eq(scales).all().item<bool>();
}

/// Rows of x as the kernels want them: on 16 bytes, without gaps inside.
at::Tensor alignedRows(const at::Tensor& x) {
    const bool isAligned = x.stride(1) == 1 && x.stride(0) % 8 == 0 &&
                           reinterpret_cast<std::uintptr_t>(x.const_data_ptr()) % 16 == 0;
    return isAligned ? x : x.clone(at::MemoryFormat::Contiguous);
}

bool isAlike(const kernels::TiledShape& a, const kernels::TiledShape& b) {
    return a.codes == b.codes && a.scales == b.scales && a.scaleType == b.scaleType &&
           a.hasZeros == b.hasZeros && a.inputs == b.inputs && a.groupSize == b.groupSize;
}

/// x W^T of e4m3 codes with a scale for each row of both, bf16.
at::Tensor scaledProduct(const at::Tensor& x, const at::Tensor& xScales, const at::Tensor& w,
                         const at::Tensor& wScales, const std::optional<at::Tensor>& bias) {
    return at::_scaled_mm(x.view(at::kFloat8_e4m3fn), w.view(at::kFloat8_e4m3fn).t(),
                          xScales.view({-1, 1}), wScales.view({1, -1}), bias, std::nullopt,
                          at::kBFloat16, /*use_fast_accum=*/true);
}

/// Whether torch multiplies FP8 by rows on this card and gets it right: tried once a card, as what
/// it needs (8.9 and later, a library that is there) changes from version to version.
bool hasScaledProducts(const at::Device& device) {
    static std::mutex mutex;
    static std::map<int, bool> known;
    const std::scoped_lock lock(mutex);
    const auto found = known.find(device.index());
    if (found != known.end()) return found->second;
    bool works = false;
    try {
        const auto bytes = at::TensorOptions().dtype(at::kByte).device(device);
        const at::Tensor ones = at::full({64, 64}, 0x38, bytes);  // 1.0
        const at::Tensor scales = at::arange(1, 65, bytes.dtype(at::kFloat));
        const at::Tensor product = scaledProduct(ones, scales, ones, scales, std::nullopt);
        works = product.to(at::kFloat)
                    .equal(scales.outer(scales).mul(64).to(at::kBFloat16).to(at::kFloat));
    } catch (const c10::Error&) {
        works = false;  // "requires compute capability" and the like
    }
    return known[device.index()] = works;
}

at::Tensor tileMemory(const kernels::TiledShape& shape, const at::Device& device) {
    at::Tensor data = at::empty({kernels::planesOf(shape).bytes},
                                at::TensorOptions().dtype(at::kByte).device(device));
    ENSURE(reinterpret_cast<std::uintptr_t>(data.const_data_ptr()) % 256 == 0,
           "torch's allocator aligns to 512 bytes");
    return data;
}

}  // namespace

std::unique_ptr<TiledProduct> TiledProduct::make(const PackedSource& source) {
    const CudaLibraries& libraries = cudaLibraries();
    if (!source.words.is_cuda() || !libraries.kernelsProblem.empty()) return nullptr;
    const c10::DeviceGuard guard(source.words.device());
    std::unique_ptr<TiledProduct> product(new TiledProduct);
    kernels::SourceMatrix from;
    from.format = source.format;
    from.outputs = source.outputs;
    from.inputs = source.inputs;
    from.words = source.words.const_data_ptr<std::uint8_t>();
    from.scaleRows = source.scaleRows;
    from.groupSize = source.groupSize >= source.inputs ? 0 : source.groupSize;
    if (source.scales.defined()) {
        from.scales = source.scales.const_data_ptr();
        from.scaleType = source.scales.scalar_type() == at::kHalf ? kernels::ScaleType::kFloat16
                                                                  : kernels::ScaleType::kFloat32;
    }
    if (source.zeros.defined()) from.zeros = source.zeros.const_data_ptr<std::uint8_t>();
    if (source.groupOf.defined()) {
        product->order_ = orderByGroup(source.groupOf, source.groupSize);
        if (!product->order_.defined()) return nullptr;
        from.order = product->order_.const_data_ptr<std::int32_t>();
    }
    kernels::TiledMatrix to;
    to.shape = kernels::tiledShapeOf(from);
    if (to.shape.scaleType == kernels::ScaleType::kFloat32 && source.scales.defined()) {
        if (isHeldBy(at::kBFloat16, source.scales))
            to.shape.scaleType = kernels::ScaleType::kBfloat16;
        else if (isHeldBy(at::kHalf, source.scales))
            to.shape.scaleType = kernels::ScaleType::kFloat16;
    }
    product->shape_ = to.shape;
    product->data_ = tileMemory(to.shape, source.words.device());
    to.data = product->data_.mutable_data_ptr();
    const kernels::Status status =
        libraries.kernels.retile(&from, &to, 0, currentCudaStream(source.words.device()));
    if (status.code == kernels::StatusCode::kUnsupported) return nullptr;
    throwIfFailed(status);
    const bool hasRowScales = source.format == kernels::SourceFormat::kFp8 && from.groupSize == 0 &&
                              source.inputs % 16 == 0 && source.outputs % 16 == 0;
    if (hasRowScales && hasScaledProducts(source.words.device()))
        product->rowScales_ = source.scales.view({-1})
                                  .repeat_interleave(source.scaleRows)
                                  .narrow(0, 0, source.outputs)
                                  .contiguous();
    return product;
}

std::unique_ptr<TiledProduct> TiledProduct::joined(
    const std::vector<const TiledProduct*>& products) {
    const TiledProduct& first = *products.front();
    std::unique_ptr<TiledProduct> all(new TiledProduct);
    all->shape_ = first.shape_;
    all->order_ = first.order_;
    all->shape_.outputs = 0;
    for (const TiledProduct* product : products) {
        const bool hasSameOrder = product->order_.defined() == first.order_.defined() &&
                                  (!first.order_.defined() || product->order_.equal(first.order_));
        if (!isAlike(product->shape_, first.shape_) || !hasSameOrder ||
            all->shape_.outputs % kernels::kTileRows != 0)
            return nullptr;
        all->shape_.outputs += product->shape_.outputs;
    }
    const c10::DeviceGuard guard(first.data_.device());
    all->data_ = tileMemory(all->shape_, first.data_.device());
    const kernels::TiledPlanes to = kernels::planesOf(all->shape_),
                               tile = kernels::tileBytes(all->shape_);
    std::int64_t tiles = 0;
    std::vector<at::Tensor> rowScales;
    for (const TiledProduct* product : products) {
        if (product->rowScales_.defined()) rowScales.push_back(product->rowScales_);
        const kernels::TiledPlanes from = kernels::planesOf(product->shape_);
        const std::int64_t own = kernels::tilesOf(product->shape_);
        for (const auto plane : {&kernels::TiledPlanes::codes, &kernels::TiledPlanes::high,
                                 &kernels::TiledPlanes::scales, &kernels::TiledPlanes::seconds}) {
            const std::int64_t bytes = tile.*plane;
            if (bytes == 0) continue;
            all->data_.narrow(0, to.*plane + tiles * bytes, own * bytes)
                .copy_(product->data_.narrow(0, from.*plane, own * bytes));
        }
        tiles += own;
    }
    if (rowScales.size() == products.size()) all->rowScales_ = at::cat(rowScales);
    return all;
}

void TiledProduct::unpackInto(const at::Tensor& out, std::int64_t firstRow,
                              const at::Tensor& index) const {
    kernels::CudaUnpack call;
    call.weights = {shape_, data_.mutable_data_ptr()};
    call.firstRow = firstRow;
    call.rows = out.size(0);
    call.index = index.defined() ? index.const_data_ptr<std::int64_t>() : nullptr;
    call.out = out.mutable_data_ptr();
    call.outType = gemmType(out.scalar_type());
    call.outStride = out.stride(0);
    throwIfFailed(cudaLibraries().kernels.unpack(&call, currentCudaStream(out.device())));
}

at::Tensor TiledProduct::apply(const at::Tensor& x, const at::Tensor& bias) const {
    ENSURE(x.dim() == 2 && x.size(1) == shape_.inputs && x.device() == data_.device(),
           "rows of a product are [n, K] on the matrix' card");
    ENSURE(!bias.defined() || (bias.is_contiguous() && bias.numel() == shape_.outputs &&
                               bias.scalar_type() == x.scalar_type()),
           "a bias has a value of x's type for each output");
    const c10::DeviceGuard guard(x.device());
    const at::Tensor rows = order_.defined() ? x.index_select(1, order_) : x;
    const std::int64_t n = x.size(0);
    at::Tensor y = at::empty({n, shape_.outputs}, x.options());
    if (n == 0) return y;
    if (n <= kPackedRows && x.scalar_type() == at::kBFloat16) {
        const at::Tensor aligned = alignedRows(rows);
        kernels::CudaFewRows call;
        call.weights = {shape_, data_.mutable_data_ptr()};
        call.xStride = aligned.stride(0);
        call.bias = bias.defined() ? bias.const_data_ptr() : nullptr;
        call.outStride = shape_.outputs;
        for (std::int64_t begin = 0; begin < n; begin += kernels::kFewRows) {
            call.rows = static_cast<int>(std::min<std::int64_t>(kernels::kFewRows, n - begin));
            call.x = aligned.narrow(0, begin, call.rows).const_data_ptr();
            call.out = y.narrow(0, begin, call.rows).mutable_data_ptr();
            throwIfFailed(cudaLibraries().kernels.fewRows(&call, currentCudaStream(x.device())));
        }
        return y;
    }
    if (rowScales_.defined() && n >= kFp8Rows && x.scalar_type() == at::kBFloat16)
        return applyFp8(alignedRows(rows), bias);
    const std::int64_t mostRows = std::max<std::int64_t>(1, kScratchValues / shape_.inputs);
    const std::int64_t panels = (shape_.outputs + mostRows - 1) / mostRows;
    // Panels of one height, of whole tiles.
    const std::int64_t height = ((shape_.outputs + panels - 1) / panels + kernels::kTileRows - 1) /
                                kernels::kTileRows * kernels::kTileRows;
    const at::Tensor scratch =
        at::empty({std::min(height, shape_.outputs), shape_.inputs}, x.options());
    for (std::int64_t begin = 0; begin < shape_.outputs; begin += height) {
        const std::int64_t count = std::min(height, shape_.outputs - begin);
        const at::Tensor panel = scratch.narrow(0, 0, count);
        unpackInto(panel, begin, {});
        if (panels == 1) return at::linear(rows, panel, bias);
        at::Tensor part = y.narrow(1, begin, count);
        if (bias.defined())
            at::addmm_out(part, bias.narrow(0, begin, count), rows, panel.t());
        else
            at::mm_out(part, rows, panel.t());
    }
    return y;
}

at::Tensor TiledProduct::applyFp8(const at::Tensor& x, const at::Tensor& bias) const {
    const auto bytes = x.options().dtype(at::kByte);
    const kernels::CudaStream stream = currentCudaStream(x.device());
    const at::Tensor codes = at::empty(x.sizes(), bytes),
                     scales = at::empty({x.size(0)}, x.options().dtype(at::kFloat));
    const kernels::CudaFp8Rows rounding{x.const_data_ptr(),
                                        x.size(0),
                                        x.size(1),
                                        x.stride(0),
                                        codes.mutable_data_ptr(),
                                        scales.mutable_data_ptr<float>()};
    throwIfFailed(cudaLibraries().kernels.fp8Rows(&rounding, stream));
    // As many bytes as the scratch of bf16, so one panel of most matrices.
    const std::int64_t height =
        std::max<std::int64_t>(kernels::kTileRows, 2 * kScratchValues / shape_.inputs /
                                                       kernels::kTileRows * kernels::kTileRows);
    const at::Tensor scratch = at::empty({std::min(height, shape_.outputs), shape_.inputs}, bytes);
    std::vector<at::Tensor> parts;
    for (std::int64_t begin = 0; begin < shape_.outputs; begin += height) {
        const std::int64_t count = std::min(height, shape_.outputs - begin);
        const at::Tensor panel = scratch.narrow(0, 0, count);
        const kernels::CudaFp8Codes copy{
            {shape_, data_.mutable_data_ptr()}, begin, count, panel.mutable_data_ptr()};
        throwIfFailed(cudaLibraries().kernels.fp8Codes(&copy, stream));
        std::optional<at::Tensor> own;
        if (bias.defined()) own = bias.narrow(0, begin, count);
        parts.push_back(
            scaledProduct(codes, scales, panel, rowScales_.narrow(0, begin, count), own));
    }
    return parts.size() == 1 ? parts.front() : at::cat(parts, 1);
}

at::Tensor TiledProduct::rows(const at::Tensor& index, at::ScalarType type) const {
    ENSURE(!order_.defined(), "embeddings have their inputs in order");
    ENSURE(index.dim() == 1 && index.is_contiguous() && index.scalar_type() == at::kLong &&
               index.device() == data_.device(),
           "looked up rows are named by int64 on the matrix' card");
    const c10::DeviceGuard guard(index.device());
    at::Tensor out = at::empty({index.size(0), shape_.inputs}, data_.options().dtype(type));
    if (index.size(0) > 0) unpackInto(out, 0, index);
    return out;
}

std::int64_t TiledProduct::bytes() const {
    return data_.numel() +
           static_cast<std::int64_t>(rowScales_.defined() ? rowScales_.nbytes() : 0);
}

}  // namespace reelquery
