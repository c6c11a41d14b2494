/** Other people's files, which are hostile until read: CSV tables, IDX and CIFAR images. */
@NullMarked
package dev.lethe.intake;

import org.jspecify.annotations.NullMarked;
