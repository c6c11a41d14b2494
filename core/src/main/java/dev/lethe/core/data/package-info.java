/** People's records: tables with typed columns, float examples with labels. */
@NullMarked
package dev.lethe.core.data;

import org.jspecify.annotations.NullMarked;
