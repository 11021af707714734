#pragma once
// The one list of report keys. The writer and the reader of report_json.cpp both walk it, so a
// figure added to a report is added here once.
//
// A visitor offers  visit(key, field)          one figure, text, list or nested report
//                   visit.group(key, inside)   inside(visit) walks the fields of a nested object
//                   visit.derived(key, value)  written for readers of the JSON, never read back
//                   visit.formerly(key, field) read where an older version wrote it, never written

#include <concepts>
#include <string>
#include <type_traits>

#include "core/answer/comparison.h"
#include "core/session/report/attention_summary.h"

namespace reelquery {

/// Plain or const Plain: a writer walks what it must not change.
template <class Type, class Plain>
concept Walkable = std::same_as<std::remove_const_t<Type>, Plain>;

template <class Visitor>
void walkFields(Visitor& visit, Walkable<LayerAttention> auto& layer) {
    visit("layer", layer.layer);
    visit("sparse", layer.sparse);
    visit("why", layer.why);
    visit("selection_s", layer.selectionS);
    visit("attention_s", layer.attentionS);
    visit("density", layer.densityPerHead);
    visit("kept_mass", layer.keptMassPerHead);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<Moment> auto& moment) {
    visit("from_s", moment.fromS);
    visit("to_s", moment.toS);
    visit("peak_s", moment.peakS);
    visit("weight", moment.weight);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<SaidLine> auto& line) {
    visit("time_s", line.timeS);
    visit("text", line.text);
    visit("weight", line.weight);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<TimeRange> auto& range) {
    visit("from_s", range.fromS);
    visit("to_s", range.toS);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<Evidence> auto& evidence) {
    visit("times_s", evidence.timesS);
    visit("weights", evidence.weights);
    visit("moments", evidence.moments);
    visit("lines", evidence.lines);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<StageTime> auto& stage) {
    visit("busy_s", stage.busyS);
    visit("waited_s", stage.waitedS);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<AnswerReport> auto& report) {
    visit("answer", report.answer);
    visit("stop_reason", report.stopReason);
    visit("frames", report.frames);
    visit("frames_wanted", report.framesWanted);
    visit("first_frame_s", report.firstFrameS);
    visit("last_frame_s", report.lastFrameS);
    visit("frame_times_s", report.frameTimesS);
    visit("frame_width", report.frameWidth);
    visit("frame_height", report.frameHeight);
    visit("sampling", report.samplingUsed);
    visit("decode_errors", report.decodeErrors);
    visit("frames_on_card", report.framesOnCard);
    visit("video_tokens", report.videoTokens);
    visit("prompt_tokens", report.promptTokens);
    visit("reused_tokens", report.reusedTokens);
    visit("waited_s", report.waitedS);
    visit("features_from_cache", report.featuresFromCache);
    visit("subtitle_lines", report.subtitleLines);
    visit("subtitles_from", report.subtitlesFrom);
    visit("said_times_s", report.saidTimesS);
    visit("answer_tokens", report.answerTokens);
    visit("load_s", report.loadS);
    visit("decode_s", report.decodeS);
    visit("encode_s", report.encodeS);
    visit("prefill_s", report.prefillS);
    visit("attention_s", report.attentionS);
    visit("selection_s", report.selectionS);
    visit.group("stages", [&report](Visitor& inside) {
        inside("decode", report.decodeStage);
        inside("encode", report.encodeStage);
        inside("prefill", report.prefillStage);
    });
    visit("first_token_s", report.firstTokenS);
    visit("tokens_per_s", report.tokensPerS);
    visit("density", report.density);
    visit.formerly("peak_memory_bytes", report.peakHostBytes);  // which it was, on any device
    visit("peak_host_bytes", report.peakHostBytes);
    visit("peak_device_bytes", report.peakDeviceBytes);
    visit("device", report.device);
    visit("dtype", report.dtype);
    visit("weights", report.weights);
    visit("attention", report.attention);
    visit("model", report.model);
    visit("notes", report.notes);
    visit("layers", report.layers);
    const std::string choices = attentionSummary(report.layers);
    if (!choices.empty()) visit.derived("attention_choices", choices.c_str());
    visit("evidence", report.evidence);
    visit("evidence_s", report.evidenceS);
    visit("zoomed_into", report.zoomedInto);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<Spread> auto& spread) {
    visit("median", spread.median);
    visit("min", spread.smallest);
    visit("max", spread.largest);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<ComparedSide> auto& side) {
    walkFields(visit, side.report);
    visit.group("spread", [&side](Visitor& inside) {
        inside("prefill_s", side.prefillS);
        inside("attention_s", side.attentionS);
        inside("selection_s", side.selectionS);
        inside("first_token_s", side.firstTokenS);
        inside("tokens_per_s", side.tokensPerS);
    });
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<Agreement> auto& agreement) {
    visit("first_token_kl", agreement.firstTokenKl);
    visit("top1", agreement.top1);
    visit("compared_tokens", agreement.comparedTokens);
    visit("equal_prefix_tokens", agreement.equalPrefixTokens);
    visit("same_answer", agreement.sameAnswer);
    visit("same_option", agreement.sameOption);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<SpeedUps> auto& speedUp) {
    visit("attention", speedUp.attention);
    visit("prefill", speedUp.prefill);
    visit("first_token", speedUp.firstToken);
}

template <class Visitor>
void walkFields(Visitor& visit, Walkable<ComparisonReport> auto& report) {
    const char* faster = "neither";
    if (report.denseWins()) faster = "dense";
    if (report.sparseWins()) faster = report.selector.c_str();
    visit("selector", report.selector);  // older reports name none: xattention
    visit("dense", report.dense);
    visit(report.selector.c_str(), report.sparse);
    visit("agreement", report.agreement);
    visit("speed_up", report.speedUp);
    visit.derived("faster_prefill", faster);
    visit("rounds", report.rounds);
    visit("machine", report.machine);
    visit("others_share", report.othersShare);
}

}  // namespace reelquery
