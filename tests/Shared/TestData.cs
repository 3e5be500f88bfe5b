namespace Sparseland.Testing;

/// <summary>Real data for tests: the folder in SPARSELAND_DATA, else ../shared/data beside the repository, else the test is skipped.</summary>
internal static class TestData
{
    /// <summary>The full path of a data file or folder, or a skip that says which one is missing.</summary>
    public static string Require(string relativePath)
    {
        var root = Root();
        var path = root is null ? null : Path.Combine(root, relativePath);
        if (path is null || !(File.Exists(path) || Directory.Exists(path)))
            Assert.Skip($"no data: {relativePath} (set SPARSELAND_DATA to the folder that holds it)");
        return path!;
    }

    /// <summary>The data folder, or null when there is none.</summary>
    public static string? Root()
    {
        if (Environment.GetEnvironmentVariable("SPARSELAND_DATA") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        return Repository() is { } repository && Path.GetFullPath(Path.Combine(repository, "..", "shared", "data")) is var path && Directory.Exists(path) ? path : null;
    }

    /// <summary>The repository's root (the folder that holds Sparseland.slnx), or null outside one.</summary>
    public static string? Repository()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Sparseland.slnx")))
                return folder;
        return null;
    }
}
