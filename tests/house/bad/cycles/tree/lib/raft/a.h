#include "log/b.h"
