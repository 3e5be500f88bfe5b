using System.Buffers;
using System.Text;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers.Decoders;

/// <summary>"ByteLevel": stand-ins become bytes again, and all bytes together text; a token that holds any other character stands for itself.</summary>
internal static class ByteLevelDecoder
{
    /// <summary>Replaces the tokens by the text they stand for.</summary>
    public static void Decode(List<string> tokens)
    {
        var bytes = new ArrayBufferWriter<byte>(Math.Max(16, tokens.Count * 4));
        foreach (var token in tokens)
            Append(token, bytes);
        tokens.Clear();
        tokens.Add(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    private static void Append(string token, ArrayBufferWriter<byte> bytes)
    {
        var destination = bytes.GetSpan(Encoding.UTF8.GetMaxByteCount(token.Length));
        for (var i = 0; i < token.Length; i++)
        {
            var value = ByteAlphabet.ToByte(token[i]);
            if (value < 0)
            {
                bytes.Advance(Encoding.UTF8.GetBytes(token, destination));
                return;
            }
            destination[i] = (byte)value;
        }
        bytes.Advance(token.Length);
    }
}
