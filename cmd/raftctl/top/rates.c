/* SPDX-License-Identifier: MIT */
#include "top/rates.h"

enum { PER_SECOND = 1000 / TOP_RATES_MS };

void top_rates_add(struct top_rates *rates, uint64_t now_ms, uint64_t commit)
{
    uint64_t column = now_ms / TOP_RATES_MS;
    if (rates->column == 0) {
        rates->column = column;
        rates->commit = commit;
        return;
    }
    uint64_t steps = column > rates->column ? column - rates->column : 0;
    for (uint64_t i = 0; i < steps && i < TOP_RATES_COLUMNS; i++) {
        rates->counts[(column - i) % TOP_RATES_COLUMNS] = 0;
    }
    rates->column += steps;
    if (commit > rates->commit) {
        rates->counts[rates->column % TOP_RATES_COLUMNS] += commit - rates->commit;
    }
    rates->commit = commit;
}

static uint64_t count_at(const struct top_rates *rates, uint32_t age)
{
    if (age >= TOP_RATES_COLUMNS || age >= rates->column) {
        return 0;
    }
    return rates->counts[(rates->column - age) % TOP_RATES_COLUMNS];
}

uint64_t top_rates_at(const struct top_rates *rates, uint32_t age)
{
    return count_at(rates, age) * PER_SECOND;
}

static uint64_t second_at(const struct top_rates *rates, uint32_t age)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < PER_SECOND; i++) {
        sum += count_at(rates, age + i);
    }
    return sum;
}

uint64_t top_rates_now(const struct top_rates *rates)
{
    uint64_t last = second_at(rates, 1);
    uint64_t present = second_at(rates, 0);
    return present > last ? present : last;
}

uint64_t top_rates_peak(const struct top_rates *rates)
{
    uint64_t peak = 0;
    for (uint32_t age = 0; age + PER_SECOND <= TOP_RATES_COLUMNS; age++) {
        uint64_t second = second_at(rates, age);
        peak = second > peak ? second : peak;
    }
    return peak;
}
