#include "core/model/decode_session.h"

#include <utility>

#include "core/model/token_graph.h"

namespace reelquery {

DecodeSession::DecodeSession(KvCache cache, bool mayCapture)
    : cache_(std::move(cache)), mayCapture_(mayCapture) {}

DecodeSession::DecodeSession(DecodeSession&&) noexcept = default;
DecodeSession& DecodeSession::operator=(DecodeSession&&) noexcept = default;
DecodeSession::~DecodeSession() = default;

std::string DecodeSession::mode() const {
    return graph_ ? graph_->mode() : std::string();
}

}  // namespace reelquery
