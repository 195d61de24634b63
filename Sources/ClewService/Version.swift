/// The program's version, as `clew --version`, records and metrics show it.
public enum ClewVersion {
    public static let text = "0.1.0"
}
