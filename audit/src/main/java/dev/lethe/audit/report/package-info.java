/** What a reader gets: findings, the evidence behind them, and their renderings as HTML, JSON and plain text. */
@NullMarked
package dev.lethe.audit.report;

import org.jspecify.annotations.NullMarked;
