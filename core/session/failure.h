#pragma once
// What was thrown while a request ran, as words and as the request's last event.

#include <exception>
#include <string>

#include "core/base/error.h"
#include "core/session/events.h"

namespace reelquery {

/// The Error that any exception stands for: ours as it is, memory and card as deviceError() words
/// them, the rest as kInternal. doing: "answering". Throws nothing but std::bad_alloc.
Error describeThrown(const std::exception_ptr& thrown, const std::string& doing);

/// How a request that threw ends: Cancelled for a stop, else Failed. said: what was already
/// answered. Where not even its words find memory they are left out.
Event endOfThrown(RequestId request, const std::exception_ptr& thrown,
                  const std::string& said) noexcept;

}  // namespace reelquery
