/** What is done to data and what it costs: events, neighbour relations, accountants and the curves that they return. */
@NullMarked
package dev.lethe.core.privacy;

import org.jspecify.annotations.NullMarked;
