#pragma once
// Another program that answers, by the OpenAI interface: where it is and how to get in.

#include <chrono>
#include <filesystem>
#include <string>

namespace reelquery {

struct RemoteServer {
    std::string url;                     ///< "http://host:8000/v1"; the /v1 may be left away
    std::string key;                     ///< never shown, logged or stored; may be empty
    std::string model;                   ///< empty: the only one it has
    std::filesystem::path certificates;  ///< of a private authority; empty: the system's
    std::chrono::seconds silence{0};  ///< longest time without a byte; 0: any, reading takes long
};

}  // namespace reelquery
