#include "core/eval/length_figures.h"

#include <nlohmann/json.hpp>

#include "core/session/report/report_json.h"

namespace reelquery {

namespace {

using FiguresJson = nlohmann::json;

struct Figure {
    std::string name;
    std::string place;  // JSON pointer into a comparison
};

/// Columns keep their names whatever selector the sparse side has.
std::vector<Figure> figures(const std::string& selector = "xattention") {
    std::vector<Figure> list = {{"video_tokens", "/dense/video_tokens"},
                                {"prompt_tokens", "/dense/prompt_tokens"},
                                {"frames", "/dense/frames"},
                                {"density", "/" + selector + "/density"}};
    for (const std::string side : {"dense", "xattention"}) {
        const std::string key = side == "dense" ? side : selector;
        for (const std::string figure :
             {"prefill_s", "attention_s", "selection_s", "first_token_s", "tokens_per_s"}) {
            for (const std::string end : {"median", "min", "max"}) {
                const std::string suffix = end == "median" ? "" : "_" + end;
                list.push_back(
                    {side + "_" + figure + suffix, "/" + key + "/spread/" + figure + "/" + end});
            }
        }
        for (const std::string memory : {"peak_host_bytes", "peak_device_bytes"}) {
            list.push_back({side + "_" + memory, "/" + key + "/" + memory});
        }
    }
    for (const std::string ratio : {"attention", "prefill", "first_token"}) {
        list.push_back({"speed_up_" + ratio, "/speed_up/" + ratio});
    }
    for (const std::string figure : {"first_token_kl", "top1", "compared_tokens",
                                     "equal_prefix_tokens", "same_answer", "same_option"}) {
        list.push_back({figure, "/agreement/" + figure});
    }
    list.push_back({"rounds", "/rounds"});
    return list;
}

}  // namespace

std::vector<std::string> figureNames() {
    std::vector<std::string> names;
    for (const Figure& figure : figures()) names.push_back(figure.name);
    return names;
}

std::vector<std::string> figureTexts(const ComparisonReport& comparison) {
    const FiguresJson json = FiguresJson::parse(comparisonJson(comparison));
    std::vector<std::string> texts;
    for (const Figure& figure : figures(comparison.selector)) {
        const FiguresJson::json_pointer place(figure.place);
        texts.push_back(json.contains(place) ? json.at(place).dump() : "");
    }
    return texts;
}

}  // namespace reelquery
