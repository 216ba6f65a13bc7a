// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <span>

#include "properties.h"

namespace rtspsink {

// Those of the element's properties that say who may view. The table is immutable.
std::span<const Property> access_properties();

}  // namespace rtspsink
