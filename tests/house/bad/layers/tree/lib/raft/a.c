/* SPDX-License-Identifier: MIT */
#include <lmdb.h>
#include "../log/log.h"
#include "log/log.h"
#include "own.h"
