using Sparseland.Errors;
using Sparseland.Language.Checkpoints.Gguf;
using Sparseland.Language.Tokenizers.Readers;

namespace Sparseland.Language.Tokenizers;

public sealed partial class Tokenizer
{
    private const string KnownFiles = "tokenizer.json, tokenizer.model, vocab.json with merges.txt, tokenizer.bin, a .gguf file";

    /// <summary>
    /// Loads a tokenizer from a model's folder or from its own file: tokenizer.json; tokenizer.model of SentencePiece; vocab.json with merges.txt (GPT-2);
    /// tokenizer.bin of llama2.c; a GGUF file. Begin and end tokens, added tokens and the chat template are taken from the files beside it where there are any.
    /// </summary>
    /// <param name="path">The folder or the file.</param>
    /// <exception cref="InvalidFileException">There is none, or it is damaged.</exception>
    /// <exception cref="UnsupportedException">It uses a construct that is not known.</exception>
    public static Tokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            return Directory.Exists(path) ? LoadFolder(path) : throw new InvalidFileException(path, "", "no such file or folder", $"give a folder or file with one of {KnownFiles}");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (path.EndsWith(".model", StringComparison.OrdinalIgnoreCase))
            return FromParts(SentencePieceReader.Read(path, File.ReadAllBytes(path)), folder, isComplete: false);
        if (path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
            return new Tokenizer(Llama2CTokenizerReader.Read(path, File.ReadAllBytes(path)));
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            return FromGguf(path, GgufFile.Open(path).Metadata);
        if (path.EndsWith("merges.txt", StringComparison.OrdinalIgnoreCase))
            return LoadPair(Path.Combine(folder, Path.GetFileName(path)[..^"merges.txt".Length] + "vocab.json"), path, folder);
        if (path.EndsWith("vocab.json", StringComparison.OrdinalIgnoreCase))
            return LoadPair(path, Path.Combine(folder, Path.GetFileName(path)[..^"vocab.json".Length] + "merges.txt"), folder);
        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return FromParts(TokenizerJsonReader.Read(path), folder, isComplete: true);
        throw new UnsupportedException($"{path}: not a tokenizer file that is known by its name; known: {KnownFiles}");
    }

    /// <summary>Makes a tokenizer from the content of a tokenizer.json alone.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="json">UTF-8 JSON.</param>
    /// <exception cref="InvalidFileException">It is damaged.</exception>
    /// <exception cref="UnsupportedException">It uses a construct that is not known.</exception>
    public static Tokenizer Parse(string name, ReadOnlyMemory<byte> json) => new(TokenizerSettingsReader.CompleteAlone(TokenizerJsonReader.Read(name, json)));

    /// <summary>Makes a tokenizer from the metadata of a GGUF file.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="find">The value of a metadata key as its .NET form (string, bool, uint, int, float, arrays of these), or null where there is none.</param>
    /// <exception cref="InvalidFileException">The metadata is damaged or holds no tokenizer.</exception>
    /// <exception cref="UnsupportedException">It names a tokenizer or pre-tokeniser that is not known.</exception>
    public static Tokenizer FromGguf(string file, Func<string, object?> find) => new(new GgufTokenizerReader(file, find).Read());

    private static Tokenizer FromGguf(string file, IReadOnlyDictionary<string, GgufValue> metadata) => FromGguf(file, key => metadata.GetValueOrDefault(key)?.Content);

    private static Tokenizer LoadFolder(string folder)
    {
        foreach (var name in (string[])["tokenizer.json", "tokenizer.model", "vocab.json", "tokenizer.bin"])
            if (File.Exists(Path.Combine(folder, name)))
                return Load(Path.Combine(folder, name));
        var candidates = Directory.GetFiles(folder).Where(file => file.EndsWith("_vocab.json", StringComparison.Ordinal) || Path.GetFileName(file) is ['t', 'o', 'k', .., '.', 'b', 'i', 'n']).ToArray();
        return candidates is [var only] ? Load(only) : throw new InvalidFileException(folder, "", candidates.Length == 0 ? "no tokenizer in this folder" : "several tokenizers in this folder",
            candidates.Length == 0 ? $"put one of {KnownFiles} there" : $"name one of {string.Join(", ", candidates.Select(Path.GetFileName))}");
    }

    private static Tokenizer LoadPair(string vocabulary, string merges, string folder)
    {
        foreach (var file in (string[])[vocabulary, merges])
            if (!File.Exists(file))
                throw new InvalidFileException(file, "", "no such file", "vocab.json and merges.txt belong together: put both there");
        return FromParts(Gpt2FilesReader.Read(vocabulary, merges), folder, isComplete: false);
    }

    private static Tokenizer FromParts(TokenizerParts parts, string folder, bool isComplete)
    {
        var complete = TokenizerSettingsReader.Complete(parts, folder, isComplete);
        var tokenizer = new Tokenizer(complete);
        foreach (var id in complete.EndTokens.Concat(complete.BeginToken is { } begin ? [begin] : []))
            if (id >= tokenizer.VocabularySize)
                throw new MismatchException($"{folder}: the begin or end token {id} is outside the tokenizer's {tokenizer.VocabularySize} ids; take all files from the same model");
        return tokenizer;
    }
}
