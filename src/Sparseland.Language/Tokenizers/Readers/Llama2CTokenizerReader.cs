using System.Buffers.Binary;
using System.Text;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>
/// Reads llama2.c's tokenizer.bin, little-endian:
/// <code>
/// int32 longest token in bytes
/// per token: float32 score, int32 length, bytes
/// </code>
/// Token 0 is unknown, 1 begins a text, 2 ends it, 3 to 258 are the bytes. Spaces are spaces, not '▁'.
/// </summary>
internal static class Llama2CTokenizerReader
{
    private const int FirstByte = 3;
    private const int FirstPiece = FirstByte + 256;
    private const string Remedy = "export the tokenizer again";

    // Written with line feeds around them in the file.
    private static readonly string[] SpecialTexts = ["<unk>", "<s>", "</s>"];

    /// <summary>Reads a file's content.</summary>
    public static TokenizerParts Read(string file, ReadOnlySpan<byte> content)
    {
        var longest = content.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(content);
        if (longest <= 0)
            throw new InvalidFileException(file, "byte 0", $"the longest token has {longest} bytes; expected a llama2.c tokenizer", Remedy);
        var pieces = new List<ScoredPiece>();
        for (var position = sizeof(int); position < content.Length;)
        {
            if (content.Length - position < sizeof(float) + sizeof(int))
                throw new InvalidFileException(file, $"byte {position}, token {pieces.Count}", $"{content.Length - position} bytes left of a score and a length", Remedy);
            var score = BinaryPrimitives.ReadSingleLittleEndian(content[position..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(content[(position + sizeof(float))..]);
            position += sizeof(float) + sizeof(int);
            if (length < 0 || length > longest + SpecialTexts[2].Length || length > content.Length - position)
                throw new InvalidFileException(file, $"byte {position}, token {pieces.Count}", $"{length} bytes of text; at most {Math.Min(longest, content.Length - position)} are possible", Remedy);
            pieces.Add(Piece(pieces.Count, Encoding.UTF8.GetString(content.Slice(position, length)), score));
            position += length;
        }
        if (pieces.Count < FirstPiece)
            throw new InvalidFileException(file, "", $"{pieces.Count} tokens; expected at least the 3 special ones and 256 bytes", Remedy);
        return ScoredVocabulary.Build(file, pieces, new ScoredVocabularySettings { Space = " ", BeginToken = 1, EndToken = 2 });
    }

    private static ScoredPiece Piece(int id, string text, float score) => id switch
    {
        0 => new ScoredPiece(SpecialTexts[0], score, PieceKind.Unknown),
        1 or 2 => new ScoredPiece(SpecialTexts[id], score, PieceKind.Control),
        < FirstPiece => new ScoredPiece($"<0x{id - FirstByte:X2}>", score, PieceKind.Byte),
        _ => new ScoredPiece(text, score, PieceKind.Normal),
    };
}
