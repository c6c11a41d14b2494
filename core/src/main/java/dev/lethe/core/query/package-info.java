/** Statistics of a table that spend: counts, sums, means, quantiles and histograms by group, each under differential privacy. */
@NullMarked
package dev.lethe.core.query;

import org.jspecify.annotations.NullMarked;
