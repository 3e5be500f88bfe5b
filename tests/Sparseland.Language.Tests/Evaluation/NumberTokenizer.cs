using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Tests.Evaluation;

/// <summary>Texts are numbers separated by blanks, and each number is its own id; 0 begins a text, 1 ends it.</summary>
internal sealed class NumberTokenizer(int vocabularySize) : ITokenizer
{
    public int VocabularySize => vocabularySize;

    public int? BeginToken => 0;

    public IReadOnlyList<int> EndTokens => [1];

    public int[] Encode(string text, bool addSpecial = true)
    {
        var ids = text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
        return addSpecial ? [0, .. ids] : [.. ids];
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true)
    {
        var text = "";
        foreach (var id in ids)
            text += skipSpecial && id < 2 ? "" : $"{id} ";
        return text;
    }

    public string TokenText(int id) => $"{id} ";

    public int? TokenId(string token) => int.TryParse(token, out var id) && id < vocabularySize ? id : null;

    public void Save(string folder) => File.WriteAllText(Path.Combine(folder, "tokenizer.json"), "{}");
}
