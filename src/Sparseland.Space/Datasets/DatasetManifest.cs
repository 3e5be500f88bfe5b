using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Datasets;

/// <summary>manifest.json of a generated dataset: what made it, from which seed and parameters, in which units, and every file's size and SHA-256.</summary>
/// <param name="Generator">Program and version.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Parameters">Everything that decides the content, units included, by name.</param>
/// <param name="Files">The files in order of path.</param>
public sealed record DatasetManifest(string Generator, ulong Seed, IReadOnlyDictionary<string, string> Parameters, IReadOnlyList<ManifestFile> Files)
{
    /// <summary>The manifest's name in its folder.</summary>
    public const string FileName = "manifest.json";

    /// <summary>One hash over all paths and hashes: equal for equal datasets.</summary>
    [JsonIgnore]
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Files.Select(file => $"{file.Path} {file.Sha256}")))));

    /// <summary>Hashes every file of a folder, the manifest and the mark of an unfinished folder left out.</summary>
    public static DatasetManifest Of(string folder, string generator, ulong seed, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken = default)
    {
        var files = new List<ManifestFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var relative = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
            if (relative is not (FileName or AtomicFolder.MarkFile))
                files.Add(new(relative, new FileInfo(path).Length, HashOf(path)));
        }
        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new(generator, seed, parameters, files);
    }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="InvalidFileException">It is missing, no manifest, or names a place outside its folder.</exception>
    public static DatasetManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        DatasetManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(JsonFile.ReadBytes(path, 1 << 28), DatasetManifestJson.Default.DatasetManifest)!;
        }
        catch (JsonException fault)
        {
            throw new InvalidFileException(path, $"line {fault.LineNumber + 1}", "it is no manifest", "generate the dataset again", fault);
        }
        if (manifest?.Files is null || manifest.Parameters is null)
            throw new InvalidFileException(path, "", "it lists no files or parameters", "generate the dataset again");
        foreach (var file in manifest.Files)
        {
            if (file?.Path is null || file.Sha256 is null || Path.IsPathRooted(file.Path) || file.Path.Split('/').Contains(".."))
                throw new InvalidFileException(path, "files", $"{PrintableName.Of(file?.Path ?? "")} is no file of this folder", "generate the dataset again");
        }
        return manifest;
    }

    /// <summary>Writes it into its folder.</summary>
    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, DatasetManifestJson.Default.DatasetManifest));

    /// <summary>What does not agree with the files that are there, a line each; empty when all is well.</summary>
    public IReadOnlyList<string> Verify(string folder, CancellationToken cancellationToken = default)
    {
        var faults = new List<string>();
        foreach (var file in Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, file.Path);
            if (!File.Exists(path))
                faults.Add($"{file.Path}: missing");
            else if (new FileInfo(path).Length is var length && length != file.Bytes)
                faults.Add($"{file.Path}: {length} bytes, expected {file.Bytes}");
            else if (HashOf(path) != file.Sha256)
                faults.Add($"{file.Path}: its content changed");
        }
        return faults;
    }

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}

/// <summary>A file of a manifest.</summary>
/// <param name="Path">In its folder, with slashes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its hash, 64 lower-case hex digits.</param>
public sealed record ManifestFile(string Path, long Bytes, string Sha256);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DatasetManifest))]
internal sealed partial class DatasetManifestJson : JsonSerializerContext;
