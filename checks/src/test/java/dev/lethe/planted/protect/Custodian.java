package dev.lethe.planted.protect;

/** Allowed: charges first, then runs the defence. */
public record Custodian(Defence defence) {
    public String release(String data) {
        return defence.protect(data);
    }
}
