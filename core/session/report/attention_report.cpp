#include "core/session/report/attention_report.h"

#include <algorithm>
#include <string>

#include "core/session/report/attention_summary.h"

namespace reelquery {

namespace {

/// What was chosen for one layer, chunk after chunk.
class ChunkChoices {
  public:
    void add(const LayerAttentionStats& call, double work) {
        ++chunks_;
        sparse_ += call.sparse;
        (call.sparse ? sparseWork_ : denseWork_) += work;
        if (!call.sparse && work >= mostDenseWork_) {
            mostDenseWork_ = work;
            whyDense_ = call.why;
        }
        if (work < mostWork_) return;
        mostWork_ = work;
        why_ = call.why;
        isLargestSparse_ = call.sparse;
    }

    bool isMostlySparse() const { return sparseWork_ > denseWork_; }

    /// The reason of the chunk with the most work, usually the last whole one, with how many chunks
    /// went sparse where they differ; where sparse needs no reason, that of the dense ones. Reasons
    /// are worded here, once for a layer: some take a search.
    std::string why() const {
        if (sparse_ == 0 || sparse_ == chunks_) return textOf(why_);
        const std::string share =
            std::to_string(sparse_) + " of " + std::to_string(chunks_) + " chunks sparse";
        if (!why_.isEmpty())
            return share + ", the largest " + (isLargestSparse_ ? "too: " : "dense: ") +
                   textOf(why_);
        return whyDense_.isEmpty() ? share : share + ", the others dense: " + textOf(whyDense_);
    }

  private:
    int chunks_ = 0, sparse_ = 0;
    double mostWork_ = 0, mostDenseWork_ = 0, sparseWork_ = 0, denseWork_ = 0;
    bool isLargestSparse_ = false;
    AttentionReason why_, whyDense_;
};

}  // namespace

AttentionTarget attentionTarget(const LoadedModel& model) {
    AttentionTarget target;
    target.layers = static_cast<int>(model.config().text.layers);
    target.heads = static_cast<int>(model.config().text.heads);
    target.headDim = static_cast<int>(model.config().text.headDim);
    target.bfloat16 = model.device().target.bfloat16;
    target.device = model.device().target.cudaDevice >= 0 ? DeviceKind::kCuda : DeviceKind::kCpu;
    return target;
}

void fillPrefill(AnswerReport& report, const PrefillReport& prefill,
                 const AttentionBackend& backend) {
    report.prefillS = prefill.seconds;
    report.attentionS = prefill.attentionS;
    report.selectionS = prefill.selectionS;
    report.layers = layerReports(prefill.attention);
    report.density = meanDensity(report.layers);
    report.attention = backend.name();
}

std::vector<LayerAttention> layerReports(const AttentionStats& stats) {
    std::vector<LayerAttention> layers;
    std::vector<double> blocksSeen;  // per layer: weights for the mean over prefill chunks
    std::vector<ChunkChoices> choices;
    for (const LayerAttentionStats& call : stats.calls) {
        const auto at = static_cast<std::size_t>(call.layer);
        if (layers.size() <= at) {
            layers.resize(at + 1);
            blocksSeen.resize(at + 1, 0);
            choices.resize(at + 1);
        }
        LayerAttention& layer = layers[at];
        layer.layer = call.layer;
        layer.selectionS += call.selectionMs() / 1000;
        layer.attentionS += (call.selectionMs() + call.attentionMs) / 1000;
        // Causal blocks of this chunk: a chunk late in the prompt has more of them.
        const double work =
            static_cast<double>(call.queries) *
            (static_cast<double>(call.keys) - static_cast<double>(call.queries) / 2);
        choices[at].add(call, work);
        const std::size_t heads = std::max(call.densityPerHead.size(), layer.densityPerHead.size());
        if (heads > 0) {
            layer.densityPerHead.resize(heads, 1.0F);
            layer.keptMassPerHead.resize(heads, 1.0F);
        }
        const double total = blocksSeen[at] + work;
        for (std::size_t head = 0; head < heads && total > 0; ++head) {
            const double density = call.sparse ? call.densityPerHead[head] : 1.0;
            const double mass = call.sparse ? call.keptMassPerHead[head] : 1.0;
            layer.densityPerHead[head] = static_cast<float>(
                (layer.densityPerHead[head] * blocksSeen[at] + density * work) / total);
            layer.keptMassPerHead[head] = static_cast<float>(
                (layer.keptMassPerHead[head] * blocksSeen[at] + mass * work) / total);
        }
        blocksSeen[at] = total;
    }
    for (std::size_t at = 0; at < layers.size(); ++at) {
        layers[at].sparse = choices[at].isMostlySparse();
        layers[at].why = choices[at].why();
    }
    return layers;
}

double meanDensity(const std::vector<LayerAttention>& layers) {
    double sum = 0;
    for (const LayerAttention& layer : layers) sum += layerDensity(layer);
    return layers.empty() ? 1.0 : sum / static_cast<double>(layers.size());
}

}  // namespace reelquery
