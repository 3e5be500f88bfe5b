using System.Text;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers.PreTokenizers;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>Reads GPT-2's pair of files: vocab.json (token to id) and merges.txt (two tokens a line, after a line with the version).</summary>
internal static class Gpt2FilesReader
{
    private const string EndOfText = "<|endoftext|>";

    /// <summary>Reads both files.</summary>
    public static TokenizerParts Read(string vocabularyFile, string mergesFile)
    {
        var tokens = JsonPlace.Read(vocabularyFile, ModelReader.Vocabulary);
        var merges = new List<Merge>();
        foreach (var line in Encoding.UTF8.GetString(File.ReadAllBytes(mergesFile)).Split('\n'))
        {
            var text = line.TrimEnd('\r');
            if (text.Length == 0 || text.StartsWith("#version", StringComparison.Ordinal))
                continue;
            if (text.Split(' ') is not [var left, var right])
                throw new InvalidFileException(mergesFile, $"merge {merges.Count}", $"expected two tokens and a space between them, found '{(text.Length > 80 ? text[..80] + "…" : text)}'", "get the file again");
            if (tokens.Id(left) is not { } leftId || tokens.Id(right) is not { } rightId || tokens.Id(left + right) is not { } result)
                throw new InvalidFileException(mergesFile, $"merge {merges.Count}", $"'{left}', '{right}' or their join is not in {vocabularyFile}", "take both files from the same model");
            merges.Add(new Merge(leftId, rightId, merges.Count, result));
        }
        var end = tokens.Id(EndOfText);
        return new TokenizerParts
        {
            Model = new BytePairModel(tokens, merges, new BytePairSettings { ByteLevel = true }),
            PreTokenizer = StageJson.ByteLevelCut(WordPattern.Gpt2),
            Decoder = StageJson.ByteLevelDecoder,
            Added = end is { } id ? [new AddedToken(id, EndOfText)] : [],
            BeginToken = end,
            EndTokens = end is { } last ? [last] : [],
        };
    }
}
