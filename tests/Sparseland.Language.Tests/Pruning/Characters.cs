using Sparseland.Language.Tokenizers;

namespace Sparseland.Language.Tests.Pruning;

/// <summary>Every character is a token.</summary>
internal sealed class Characters : ITokenizer
{
    public int VocabularySize => 256;

    public int? BeginToken => null;

    public IReadOnlyList<int> EndTokens => [];

    public int[] Encode(string text, bool addSpecial = true) => [.. text.Select(unit => (int)unit)];

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true) => string.Concat(ids.ToArray().Select(id => (char)id));

    public string TokenText(int id) => ((char)id).ToString();

    public int? TokenId(string token) => token[0];

    public void Save(string folder) { }
}
