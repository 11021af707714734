#include "core/session/ask/prepared_answer.h"

#include <ATen/ATen.h>

#include <chrono>
#include <string>
#include <utility>

#include "core/session/ask/answer_writer.h"
#include "core/session/report/attention_report.h"

namespace reelquery {

PreparedAnswer answerPrepared(const AnswerPass& pass, std::string& said) {
    const auto start = std::chrono::steady_clock::now();
    const PreparedQuestion& prepared = pass.prepared;
    const LanguageModel& languageModel = pass.model.languageModel();
    PreparedAnswer answer;
    AnswerReport& report = answer.report;
    fillPrepared(report, prepared, pass.model);
    report.reusedTokens = pass.reading ? pass.reading->reusedTokens() : pass.session.cache().size();

    PrefillReport prefill;
    at::Tensor logits =
        pass.reading
            ? pass.reading->finish(prefill)
            : languageModel.prefill(
                  {.ids = prepared.prompt.ids,
                   .positions = prepared.positions,
                   .visionFeatures = *prepared.video,
                   .chunkTokens = 0,
                   .prefixTokens = prepared.prompt.reusablePrefix,
                   .progress =
                       [&](std::int64_t done, std::int64_t total) {
                           pass.prefillEvents(Progress{pass.id, Phase::kPrefill, done, total});
                       },
                   .cancel = pass.cancel,
                   .observer = pass.observer},
                  pass.session.cache(), pass.backend, prefill);
    fillPrefill(report, prefill, pass.backend);
    report.prefillStage = {report.prefillS, report.decodeS + report.encodeS};
    answer.promptLogits = logits.clone();  // the writer overwrites its own
    if (pass.request.wantFirstLogits) {
        const float* first = answer.promptLogits.const_data_ptr<float>();
        report.firstLogits.assign(first, first + answer.promptLogits.numel());
    }

    AnswerWriter writer(pass.request, pass.id, pass.model, pass.answerEvents, said);
    report.stopReason = writer.write(std::move(logits), prepared.prompt, prepared.positions,
                                     pass.session, pass.cancel);
    const std::chrono::duration<double> untilFirst = writer.firstToken() - start;
    report.firstTokenS = pass.preparedS + untilFirst.count();
    report.answer = said;
    report.answerTokens = writer.tokens();
    if (writer.isThinking()) {
        report.notes.push_back("all " + std::to_string(writer.tokens()) +
                               " tokens went into the model's thoughts, which are not shown; a " +
                               "higher limit of answer tokens leaves room for its answer");
    }
    report.tokensPerS = writer.tokensPerS();
    answer.ids = writer.ids();
    return answer;
}

}  // namespace reelquery
