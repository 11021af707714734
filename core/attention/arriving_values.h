#pragma once
// Figures that a device is still computing.

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/attention/attention_kernels.h"

namespace reelquery {

/// A tensor on its way to the host. Nobody waits for it until it is read.
class ArrivingValues {
  public:
    /// values: float32 or float64, on a device of `kernels`.
    ArrivingValues(const AttentionKernels& kernels, const at::Tensor& values);

    /// The point behind their arrival.
    const WorkMark& arrival() const { return arrival_; }

    /// All of them, row by row. Waits for the arrival.
    std::vector<double> read() const;

  private:
    at::Tensor host_;
    WorkMark arrival_;
};

}  // namespace reelquery
