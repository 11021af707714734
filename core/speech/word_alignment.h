#pragma once
// Which places of a window each token was heard at, from where the decoder looked.

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/speech/speech_decoder.h"
#include "core/speech/token_text.h"

namespace reelquery {

class SpeechModel;

/// A word with its stretch of the window, in seconds from the window's start.
struct AlignedWord {
    std::string text;
    std::vector<TokenId> tokens;
    double fromS = 0, toS = 0;
    double probability = 0;
};

/// One of the windows that were heard.
struct HeardWindow {
    const SpeechCache& cache;
    std::int64_t window = 0;
};

/// Runs the decoder once more over the text of a window and aligns it. text: the window's tokens
/// below endOfText; frames: of sound in it; language: its code. Errors: kCancelled.
std::vector<AlignedWord> alignWords(const SpeechModel& model, const HeardWindow& heard,
                                    const std::vector<TokenId>& text, std::int64_t frames,
                                    const std::string& language, const CancelToken& cancel);

/// The matrix that is aligned: [rows, places], the row of notimestamps and one for each token of
/// text; and the probability of each token of text. Arguments as above; text is not empty.
struct WordMatrix {
    at::Tensor looks;  ///< float32
    std::vector<double> probabilities;
};

WordMatrix wordMatrix(const SpeechModel& model, const HeardWindow& heard,
                      const std::vector<TokenId>& text, std::int64_t frames,
                      const std::string& language, const CancelToken& cancel);

/// Median of `width` neighbours along the last axis, mirrored at its ends; x itself where it is too
/// short for that.
at::Tensor medianFilter(const at::Tensor& x, int width);

/// The cheapest path through cost [rows, columns] from corner to corner by steps down, right or
/// both. Sums are float32; of equal steps the one to the right is taken.
struct CostPath {
    std::vector<int> rows, columns;
};

CostPath cheapestPath(const at::Tensor& cost);

}  // namespace reelquery
