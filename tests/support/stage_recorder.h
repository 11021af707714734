#pragma once
// Keeps what a model tells of its stages.

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

#include "core/device/stage_observer.h"

namespace reelquery {

/// Clones every value, in the order told: a stage of a prompt in chunks has several.
class StageRecorder final : public StageObserver {
  public:
    void see(const std::string& stage, const at::Tensor& value) override {
        values_[stage].push_back(value.clone());
    }

    bool has(const std::string& stage) const { return values_.contains(stage); }

    /// All values of a stage, one behind the other.
    at::Tensor whole(const std::string& stage) const { return at::cat(values_.at(stage)); }

    const std::map<std::string, std::vector<at::Tensor>>& values() const { return values_; }

  private:
    std::map<std::string, std::vector<at::Tensor>> values_;
};

}  // namespace reelquery
