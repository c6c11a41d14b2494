/** The command line. The only package that wires, prints and exits. */
@NullMarked
package dev.lethe.app;

import org.jspecify.annotations.NullMarked;
