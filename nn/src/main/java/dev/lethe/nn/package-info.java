/** Neural networks on libtorch: layers, recipes, training. The only package that touches native memory. */
@NullMarked
package dev.lethe.nn;

import org.jspecify.annotations.NullMarked;
