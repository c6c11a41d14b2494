/**
 * A house built badly on purpose: each class breaks the wall that it is planted for, or shows what the wall allows.
 * {@code HouseRulesTest} asserts that every wall is seen to fail here.
 */
@NullMarked
package dev.lethe.planted;

import org.jspecify.annotations.NullMarked;
