using Sparseland.Files;

namespace Sparseland.Language.Checkpoints;

/// <summary>The files a model needs beside weights and config.json, so that an output folder is complete: tokenizer, generation settings, licence, card.</summary>
public static class CompanionFiles
{
    private static readonly string[] Names =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.model", "vocab.json", "merges.txt",
        "chat_template.jinja", "chat_template.json", ConfigurationReader.GenerationFileName, "recipe.json",
    ];

    /// <summary>Copies those that are there; a licence too, whatever its ending.</summary>
    /// <param name="from">The model's folder.</param>
    /// <param name="to">The new folder.</param>
    /// <param name="includeCard">Whether README.md is copied as well.</param>
    /// <returns>The names that were copied.</returns>
    public static IReadOnlyList<string> Copy(string from, string to, bool includeCard)
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentException.ThrowIfNullOrEmpty(to);
        var copied = new List<string>();
        foreach (var path in Directory.EnumerateFiles(from).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            var wanted = Names.Contains(name) || name.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase) || name.StartsWith("NOTICE", StringComparison.OrdinalIgnoreCase) || (includeCard && name == "README.md");
            if (!wanted)
                continue;
            // Through a stream, so that a link into a download cache becomes a file of its own and a full disk is said in our words.
            AtomicFile.Write(Path.Combine(to, name), stream =>
            {
                using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
                source.CopyTo(stream);
            });
            copied.Add(name);
        }
        return copied;
    }
}
