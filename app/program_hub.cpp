#include "app/program_hub.h"

#include "core/bench/random_checkpoint.h"
#include "core/fetch/curated_models.h"
#include "core/fetch/gpu_setup.h"
#include "core/fetch/model_fetch.h"
#include "core/session/device_list.h"

namespace reelquery {

namespace {

FetchWish wishOf(const std::string& name, const std::string& file) {
    FetchWish wish;
    wish.repository = name;
    wish.gguf = file;
    wish.access = hubAccess();
    wish.cache = hubCacheFolder();
    return wish;
}

/// "huggingface.co" of "https://huggingface.co".
std::string hostOf(const std::string& endpoint) {
    const std::size_t scheme = endpoint.find("://");
    return scheme == std::string::npos ? endpoint : endpoint.substr(scheme + 3);
}

FetchOffer ask(const std::string& name, const std::string& file, const CancelToken& cancel) {
    const FetchWish wish = wishOf(name, file);
    const FetchPlan plan = planFetch(wish, cancel);
    FetchOffer offer;
    offer.name = name;
    offer.file = file;
    offer.licence = plan.listing.licence;
    offer.host = hostOf(wish.access.endpoint);
    offer.bytes = plan.bytes;
    offer.missingBytes = plan.missingBytes;
    offer.freeBytes = plan.freeBytes;
    offer.fitsOnDisk = plan.fitsOnDisk();
    offer.cache = wish.cache;
    return offer;
}

/// Asks once more: what is there may have changed since the offer.
std::filesystem::path fetch(const FetchOffer& offer, const FetchBytes& progress,
                            const CancelToken& cancel) {
    const FetchWish wish = wishOf(offer.name, offer.file);
    return fetchModel(
        wish, planFetch(wish, cancel), false,
        [&](const FetchProgress& told) { progress(told.doneBytes, told.totalBytes); }, cancel);
}

FetchOffer gpuOffer() {
    const GpuSetupWish wish = usualGpuSetup();
    const GpuSetupPlan plan = planGpuSetup(wish);
    FetchOffer offer;
    offer.host = hostOf(wish.host);
    offer.bytes = plan.bytes;
    offer.missingBytes = plan.missingBytes;
    offer.freeBytes = plan.freeBytes;
    offer.fitsOnDisk = plan.fitsOnDisk();
    offer.cache = wish.folder;
    return offer;
}

}  // namespace

GpuHalf programGpuHalf() {
    GpuHalf half;
    half.isWanted = [] { return isGpuHalfMissing(); };
    half.hub.ask = [](const std::string&, const std::string&, const CancelToken&) {
        return gpuOffer();
    };
    half.hub.fetch = [](const FetchOffer&, const FetchBytes& progress, const CancelToken& cancel) {
        const GpuSetupWish wish = usualGpuSetup();
        runGpuSetup(
            wish, planGpuSetup(wish),
            [&](const FetchProgress& told) { progress(told.doneBytes, told.totalBytes); }, cancel);
        return wish.folder;
    };
    return half;
}

ModelHub programHub() {
    ModelHub hub;
    for (const CuratedModel& model : curatedModels()) {
        hub.known.push_back(
            {model.repository, model.licence, model.weightBytes, model.shape.empty()});
    }
    hub.needs = [](const KnownModel& known) {
        for (const CuratedModel& model : curatedModels()) {
            if (model.repository == known.name && !known.hears)
                return needsOfShape(model.shape, model.weightBytes, model.isPacked);
        }
        return std::vector<TokenNeed>();
    };
    hub.ask = ask;
    hub.fetch = fetch;
    return hub;
}

}  // namespace reelquery
