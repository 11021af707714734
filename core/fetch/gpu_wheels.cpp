#include "core/fetch/gpu_wheels.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json_nesting.h"

namespace reelquery {

const std::vector<GpuWheel>& gpuWheels() {
    // clang-format off
    static const std::vector<GpuWheel> kWheels = {
    {"torch", "2.11.0",
     "packages/8c/8b/d7be22fbec9ffee6cff31a39f8750d4b3a65d349a286cf4aec74c2375662/torch-2.11.0-cp311-cp311-manylinux_2_28_x86_64.whl",
     "7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a",
     530'604'548, 514'678'382},
    {"nvidia-cublas", "13.1.0.3",
     "packages/e7/44/423ac00af4dd95a5aeb27207e2c0d9b7118702149bf4704c3ddb55bb7429/nvidia_cublas-13.1.0.3-py3-none-manylinux_2_27_x86_64.whl",
     "ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171",
     423'133'236, 596'511'080},
    {"nvidia-cudnn-cu13", "9.19.0.56",
     "packages/a3/22/0b4b932655d17a6da1b92fa92ab12844b053bb2ac2475e179ba6f043da1e/nvidia_cudnn_cu13-9.19.0.56-py3-none-manylinux_2_27_x86_64.whl",
     "d20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf",
     366'066'321, 493'410'224},
    {"nvidia-cufft", "12.0.0.61",
     "packages/a8/2f/7b57e29836ea8714f81e9898409196f47d772d5ddedddf1592eadb8ab743/nvidia_cufft-12.0.0.61-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
     "6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3",
     214'085'489, 287'534'056},
    {"nvidia-cufile", "1.15.1.6",
     "packages/3f/70/4f193de89a48b71714e74602ee14d04e4019ad36a5a9f20c425776e72cd6/nvidia_cufile-1.15.1.6-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
     "08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44",
     1'223'672, 3'214'120},
    {"nvidia-curand", "10.4.0.35",
     "packages/a5/9f/be0a41ca4a4917abf5cb9ae0daff1a6060cc5de950aec0396de9f3b52bc5/nvidia_curand-10.4.0.35-py3-none-manylinux_2_27_x86_64.whl",
     "1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc",
     59'544'258, 132'698'328},
    {"nvidia-cusparse", "12.6.3.3",
     "packages/fa/18/623c77619c31d62efd55302939756966f3ecc8d724a14dab2b75f1508850/nvidia_cusparse-12.6.3.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
     "2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b",
     145'942'937, 162'565'256},
    {"nvidia-cusparselt-cu13", "0.8.0",
     "packages/fd/53/43b0d71f4e702fa9733f8b4571fdca50a8813f1e450b656c239beff12315/nvidia_cusparselt_cu13-0.8.0-py3-none-manylinux2014_x86_64.whl",
     "25e30a8a7323935d4ad0340b95a0b69926eee755767e8e0b1cf8dd85b197d3fd",
     169'884'119, 233'613'145},
    {"nvidia-nccl-cu13", "2.28.9",
     "packages/b0/b4/878fefaad5b2bcc6fcf8d474a25e3e3774bc5133e4b58adff4d0bca238bc/nvidia_nccl_cu13-2.28.9-py3-none-manylinux_2_18_x86_64.whl",
     "e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42",
     196'493'177, 217'995'896},
    {"nvidia-nvjitlink", "13.0.88",
     "packages/56/7a/123e033aaff487c77107195fa5a2b8686795ca537935a24efae476c41f05/nvidia_nvjitlink-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
     "13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b",
     40'713'933, 98'806'736},
    {"nvidia-nvshmem-cu13", "3.4.5",
     "packages/3c/35/a9bf80a609e74e3b000fef598933235c908fcefcef9026042b8e6dfde2a9/nvidia_nvshmem_cu13-3.4.5-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
     "290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80",
     60'412'546, 45'753'096},
    {"nvidia-cuda-nvrtc", "13.0.88",
     "packages/c3/68/483a78f5e8f31b08fb1bb671559968c0ca3a065ac7acabfc7cee55214fd6/nvidia_cuda_nvrtc-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
     "ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575",
     90'215'200, 227'912'592},
    };
    // clang-format on
    return kWheels;
}

std::vector<GpuWheel> readGpuWheels(const std::string& text) {
    nlohmann::json list;
    if (!nestsDeeperThan(text)) list = nlohmann::json::parse(text, nullptr, false);
    std::vector<GpuWheel> wheels;
    try {
        for (const nlohmann::json& one : list) {
            GpuWheel wheel{
                one.at("name").get<std::string>(),   one.at("version").get<std::string>(),
                one.at("path").get<std::string>(),   one.at("sha256").get<std::string>(),
                one.at("bytes").get<std::int64_t>(), one.at("unpacked").get<std::int64_t>()};
            const std::string names = wheel.name + wheel.version;
            const bool isPlain = !wheel.name.empty() && names.find('/') == std::string::npos &&
                                 wheel.path.find("..") == std::string::npos;
            if (!isPlain || wheel.bytes <= 0 || wheel.unpackedBytes < 0 ||
                wheel.sha256.size() != 64) {
                throw std::invalid_argument("odd wheel");
            }
            wheels.push_back(std::move(wheel));
        }
    } catch (const std::exception&) {
        wheels.clear();
    }
    if (wheels.empty())
        throw Error(ErrorCode::kUsage, "that is no list of wheels",
                    "an array of objects with name, version, path, sha256, bytes and unpacked");
    return wheels;
}

}  // namespace reelquery
