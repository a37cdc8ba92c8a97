// What every test needs on top of pch.hpp.
#pragma once

#include "ci/cmake/pch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <rapidcheck/gtest.h>
