#include "core/session/ask/after_answer.h"

#include <exception>

#include "core/session/failure.h"

namespace reelquery {

void afterTheAnswer(AnswerReport& report, const std::string& missing,
                    const std::function<void()>& work) {
    try {
        work();
    } catch (...) {
        const Error why = describeThrown(std::current_exception(), "finishing the answer");
        report.notes.push_back(missing + ": " + why.message());
    }
}

}  // namespace reelquery
