#include "raft/a.h"
