#include "app/cli/report_format.h"

#include <cmath>

#include "core/base/format_text.h"
#include "core/base/media_time.h"
#include "core/session/report/attention_summary.h"

namespace reelquery {

std::string formatBytes(std::int64_t bytes) {
    const double value = static_cast<double>(bytes);
    if (bytes >= std::int64_t{1} << 30) return formatText("%.2f GiB", value / (1 << 30));
    if (bytes >= std::int64_t{1} << 20) return formatText("%.0f MiB", value / (1 << 20));
    return formatText("%.0f KiB", value / (1 << 10));
}

std::string formatCount(std::int64_t count) {
    std::string digits = std::to_string(count);
    const std::size_t sign = count < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > sign + 3;) digits.insert(at -= 3, ",");
    return digits;
}

namespace {

/// Each figure by name: a card's memory and the machine's are different things.
std::string peakText(const AnswerReport& report) {
    std::string text = formatBytes(report.peakHostBytes) + " of RAM";
    if (report.peakDeviceBytes) text += ", " + formatBytes(*report.peakDeviceBytes) + " of the GPU";
    return text;
}

}  // namespace

std::string reportTable(const AnswerReport& report) {
    std::string table;
    const auto row = [&](const char* name, const std::string& value) {
        table += formatText("  %-20s ", name) + value + "\n";
    };
    std::string frames =
        formatText("%d of %d, %d x %d px, %s to %s, %s", report.frames, report.framesWanted,
                   report.frameWidth, report.frameHeight, formatClock(report.firstFrameS).c_str(),
                   formatClock(report.lastFrameS).c_str(), report.samplingUsed.c_str());
    if (report.decodeErrors > 0) frames += formatText(", %d decode errors", report.decodeErrors);
    if (report.framesOnCard > 0)
        frames += ", " + formatCount(report.framesOnCard) + " pictures decoded by the card";
    row("frames", frames);
    row("video tokens", formatCount(report.videoTokens) + " of " +
                            formatCount(report.promptTokens) + " in the prompt");
    if (report.subtitleLines > 0) {
        row("subtitles", formatCount(report.subtitleLines) +
                             (report.subtitleLines == 1 ? " line, " : " lines, ") +
                             report.subtitlesFrom);
    }
    if (report.featuresFromCache) {
        row("reused", report.reusedTokens > 0
                          ? formatCount(report.reusedTokens) + " tokens, no frame encoded"
                          : "video features, no frame encoded");
    }
    if (report.waitedS > 0) row("waited for watching ahead", formatText("%.2f s", report.waitedS));
    if (report.loadS > 0) row("model load", formatText("%.2f s", report.loadS));
    std::string decode = formatText("%.2f s", report.decodeS);
    if (report.decodeStage.busyS > 0) {
        decode += formatText(" waited for frames, %.2f s decoding beside the rest",
                             report.decodeStage.busyS);
    }
    row("decode", decode);
    row("encode", formatText("%.2f s", report.encodeS));
    row("prefill", formatText("%.2f s", report.prefillS));
    std::string attention = formatText("%.2f s, %s", report.attentionS, report.attention.c_str());
    if (report.selectionS > 0) {
        attention += formatText(", %.2f s of it selection, density %.1f %%", report.selectionS,
                                100 * report.density);
    }
    row("  of that attention", attention);
    if (const std::string choices = attentionSummary(report.layers); !choices.empty()) {
        row("  chosen", choices);
    }
    row("first token", formatText("%.2f s", report.firstTokenS));
    row("answer", formatText("%lld tokens, %.1f tokens/s",
                             static_cast<long long>(report.answerTokens), report.tokensPerS));
    if (report.evidenceS > 0) row("evidence", formatText("%.2f s", report.evidenceS));
    row("peak memory", peakText(report));
    row("model", report.model + ", " + report.dtype + " on " + report.device +
                     (report.weights.empty() ? "" : ", weights " + report.weights));
    for (const std::string& note : report.notes) row("note", note);
    return table;
}

std::string sparseSide(const ComparisonReport& report) {
    return report.sparse.report.attention.starts_with("auto") ? "auto" : report.selector;
}

std::string comparisonTable(const ComparisonReport& report) {
    const ComparedSide &dense = report.dense, &sparse = report.sparse;
    std::string table =
        formatText("  %-20s %-24s %-24s %s\n", "", "dense", sparseSide(report).c_str(), "ratio");
    const auto row = [&](const char* name, const Spread& left, const Spread& right) {
        const auto cell = [](const Spread& spread) {
            return formatText("%.3f s (%.3f-%.3f)", spread.median, spread.smallest, spread.largest);
        };
        const double ratio = right.median > 0 ? left.median / right.median : 0;
        table +=
            formatText("  %-20s %-24s %-24s %s\n", name, cell(left).c_str(), cell(right).c_str(),
                       ratio > 0 ? formatText("%.2fx", ratio).c_str() : "");
    };
    row("prefill", dense.prefillS, sparse.prefillS);
    row("  attention", dense.attentionS, sparse.attentionS);
    row("  of that selection", dense.selectionS, sparse.selectionS);
    row("first token", dense.firstTokenS, sparse.firstTokenS);
    table += formatText("  %-20s %-24s %-24s\n", "density", "100 %",
                        formatText("%.1f %%", 100 * sparse.report.density).c_str());
    table += formatText("  %-20s %-24s %-24s\n", "peak memory", peakText(dense.report).c_str(),
                        peakText(sparse.report).c_str());
    if (const std::string choices = attentionSummary(sparse.report.layers); !choices.empty()) {
        table += "  chosen: " + choices + "\n";
    }
    const Agreement& agreement = report.agreement;
    table +=
        formatText("\n  agreement: first token KL %.4f, same top token at %.1f %% of %lld tokens, ",
                   agreement.firstTokenKl, 100 * agreement.top1,
                   static_cast<long long>(agreement.comparedTokens));
    table += agreement.sameAnswer ? "same answer\n"
                                  : formatText("answers part after %lld tokens\n",
                                               static_cast<long long>(agreement.equalPrefixTokens));
    std::string verdict = "no difference in prefill time beyond the spread";
    if (report.denseWins()) verdict = "dense is faster here";
    if (report.sparseWins()) {
        const std::string side = sparseSide(report);
        verdict = (side == "xattention" ? "XAttention" : side) + " is faster here";
    }
    table += formatText("  %s: ", verdict.c_str()) + formatCount(dense.report.promptTokens) +
             formatText(" prompt tokens, %s, %s on %s, ", sparse.report.attention.c_str(),
                        dense.report.dtype.c_str(), report.machine.c_str()) +
             (report.rounds > 1 ? formatText("median of %d after a warm-up\n", report.rounds)
                                : "one round after a warm-up, which shows no spread\n");
    if (report.othersShare >= kToldOthersShare) {
        table += formatText(
            "  other programs took %.0f %% of this machine meanwhile: times may be off by as "
            "much\n",
            100 * report.othersShare);
    }
    return table;
}

std::string evidenceLine(const Evidence& evidence) {
    std::string line = "Where the model looked (not proof): ";
    if (evidence.moments.empty()) return line + "nowhere in particular";
    for (std::size_t i = 0; i < evidence.moments.size(); ++i) {
        const Moment& moment = evidence.moments[i];
        line += (i > 0 ? ", " : "") + rangesText({{moment.fromS, moment.toS}}) +
                formatText(" (%.0f %%)", 100 * moment.weight);
    }
    return line;
}

std::string evidenceText(const Evidence& evidence) {
    std::string text = evidenceLine(evidence);
    if (!evidence.lines.empty()) text += "\nLines it looked at:";
    for (const SaidLine& line : evidence.lines) {
        text += "\n  " + formatClock(line.timeS) + " " + line.text +
                formatText(" (%.0f %%)", 100 * line.weight);
    }
    return text;
}

std::string rangesText(const std::vector<TimeRange>& ranges) {
    std::string text;
    for (const TimeRange& range : ranges) {
        text +=
            (text.empty() ? "" : ", ") + formatClock(range.fromS) + "-" + formatClock(range.toS);
    }
    return text;
}

std::string planLineWithoutMemory(const Plan& plan) {
    return formatText("%d frames of %d x %d px from %s to %s: ", plan.frames, plan.frameWidth,
                      plan.frameHeight, formatClock(plan.fromS).c_str(),
                      formatClock(plan.toS).c_str()) +
           formatCount(plan.videoTokens) + " video tokens";
}

std::string planLine(const Plan& plan) {
    return planLineWithoutMemory(plan) + ", " + formatBytes(plan.memoryBytes()) + " of memory (" +
           formatBytes(plan.availableBytes) + " free)" +
           (!plan.fits ? std::string(", which does not fit")
            : plan.forecast
                ? formatText(", about %.1f s to the first word", plan.forecast->firstTokenS)
                : std::string());
}

std::string terminalText(std::string text) {
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) c = '?';
    }
    return text;
}

}  // namespace reelquery
