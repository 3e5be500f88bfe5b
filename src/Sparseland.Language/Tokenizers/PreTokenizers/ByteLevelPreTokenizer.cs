using System.Buffers;
using System.Text;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers.PreTokenizers;

/// <summary>
/// "ByteLevel": cuts by GPT-2's pattern and writes each piece as the stand-ins of its bytes. Where the model takes bytes itself
/// (<see cref="BytePairSettings.ByteLevel"/>) the writing is left to it, which saves a copy of the text.
/// </summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool usePattern, bool mapsBytes) : PreTokenizer
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, bool first, PieceAction next)
    {
        if (text.IsEmpty)
            return;
        if (addPrefixSpace && !char.IsWhiteSpace(text[0]))
            text = string.Concat(" ", text);
        for (var start = 0; start < text.Length; first = false)
        {
            var end = usePattern ? WordPattern.Gpt2.Next(text, start) : text.Length;
            if (mapsBytes)
                Map(text[start..end], first, next);
            else
                next(text[start..end], first);
            start = end;
        }
    }

    private static void Map(ReadOnlySpan<char> piece, bool first, PieceAction next)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        next(ByteAlphabet.Map(bytes.AsSpan(0, Encoding.UTF8.GetBytes(piece, bytes))), first);
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
