#include "core/eval/eval_suite.h"

#include <algorithm>

namespace reelquery {

bool EvalSuite::isWords() const {
    return !questions.empty() &&
           std::all_of(questions.begin(), questions.end(),
                       [](const EvalQuestion& one) { return one.video.empty(); });
}

std::string clusterOf(const EvalQuestion& question) {
    return question.video.empty() ? "words: " + question.id : question.video.string();
}

}  // namespace reelquery
