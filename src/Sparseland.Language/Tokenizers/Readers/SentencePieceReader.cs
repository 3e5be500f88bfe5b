using System.Buffers.Binary;
using System.Text;
using Sparseland.Errors;
using Sparseland.Language.Tokenizers.Vocabularies;

namespace Sparseland.Language.Tokenizers.Readers;

/// <summary>
/// Reads tokenizer.model of SentencePiece (Kudo and Richardson 2018): a protocol buffer of pieces, trainer and normaliser settings.
/// Only the fields that decide ids are read; the rest is skipped.
/// </summary>
internal static class SentencePieceReader
{
    private const int BytePairType = 2;
    private const int UnigramType = 1;

    /// <summary>Reads a file's content.</summary>
    public static TokenizerParts Read(string file, ReadOnlySpan<byte> content)
    {
        var pieces = new List<ScoredPiece>();
        var settings = new Settings();
        var message = new ProtocolBufferReader(file, content);
        while (message.Next(out var field))
            switch (field)
            {
                case 1:
                    pieces.Add(ReadPiece(message.Message()));
                    break;
                case 2:
                    settings = ReadTrainer(message.Message(), settings);
                    break;
                case 3:
                    settings = ReadNormalizer(message.Message(), settings);
                    break;
                default:
                    message.Skip();
                    break;
            }
        if (pieces.Count == 0)
            throw new InvalidFileException(file, "", "no pieces; expected a SentencePiece model", "get tokenizer.model again, or use tokenizer.json");
        return ScoredVocabulary.Build(file, pieces, new ScoredVocabularySettings
        {
            IsUnigram = settings.ModelType switch
            {
                UnigramType => true,
                BytePairType => false,
                var other => throw new UnsupportedException($"{file}: SentencePiece model type {other} is not supported; known: 1 (Unigram), 2 (BPE)"),
            },
            Space = "▁",
            CharacterMap = settings.CharacterMap,
            PrependsSpace = settings.DummyPrefix,
            TrimsSpaces = settings.TrimsSpaces,
            ByteFallback = settings.ByteFallback,
            BeginToken = settings.Begin,
            EndToken = settings.End,
        });
    }

    private static ScoredPiece ReadPiece(ProtocolBufferReader message)
    {
        var (text, score, kind) = ("", 0f, PieceKind.Normal);
        while (message.Next(out var field))
            switch (field)
            {
                case 1:
                    text = message.Text();
                    break;
                case 2:
                    score = message.Float();
                    break;
                case 3:
                    kind = (PieceKind)message.Integer();
                    break;
                default:
                    message.Skip();
                    break;
            }
        return new ScoredPiece(text, score, kind);
    }

    private static Settings ReadTrainer(ProtocolBufferReader message, Settings settings)
    {
        while (message.Next(out var field))
            switch (field)
            {
                case 3:
                    settings = settings with { ModelType = message.Integer() };
                    break;
                case 35:
                    settings = settings with { ByteFallback = message.Integer() != 0 };
                    break;
                case 41:
                    settings = settings with { Begin = message.Integer() };
                    break;
                case 42:
                    settings = settings with { End = message.Integer() };
                    break;
                default:
                    message.Skip();
                    break;
            }
        return settings;
    }

    private static Settings ReadNormalizer(ProtocolBufferReader message, Settings settings)
    {
        while (message.Next(out var field))
            switch (field)
            {
                case 2:
                    settings = settings with { CharacterMap = Convert.ToBase64String(message.Bytes()) };
                    break;
                case 3:
                    settings = settings with { DummyPrefix = message.Integer() != 0 };
                    break;
                case 4:
                    settings = settings with { TrimsSpaces = message.Integer() != 0 };
                    break;
                default:
                    message.Skip();
                    break;
            }
        return settings;
    }

    // The defaults are those of sentencepiece_model.proto.
    private sealed record Settings(
        int ModelType = UnigramType, bool ByteFallback = false, int Begin = 1, int End = 2, bool DummyPrefix = true, bool TrimsSpaces = true, string CharacterMap = "");
}

/// <summary>Walks the fields of a protocol buffer message; every length is checked against what is there.</summary>
internal ref struct ProtocolBufferReader(string file, ReadOnlySpan<byte> content)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    private readonly ReadOnlySpan<byte> content = content;
    private int position;
    private int wireType;

    /// <summary>Goes to the next field; its value must be read or skipped.</summary>
    public bool Next(out int field)
    {
        field = 0;
        if (position == content.Length)
            return false;
        var key = ReadVarint();
        field = (int)(key >> 3);
        wireType = (int)(key & 7);
        return true;
    }

    /// <summary>The field as a whole number; out-of-range values become -1.</summary>
    public int Integer()
    {
        Expect(Varint);
        var value = (long)ReadVarint();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : -1;
    }

    /// <summary>The field as a 32-bit float.</summary>
    public float Float()
    {
        Expect(Fixed32);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));
    }

    /// <summary>The field as text.</summary>
    public string Text()
    {
        Expect(Delimited);
        return Encoding.UTF8.GetString(Take(ReadVarint()));
    }

    /// <summary>The field as bytes.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(Delimited);
        return Take(ReadVarint());
    }

    /// <summary>The field as a message of its own.</summary>
    public ProtocolBufferReader Message()
    {
        Expect(Delimited);
        return new ProtocolBufferReader(file, Take(ReadVarint()));
    }

    /// <summary>Passes over the field.</summary>
    public void Skip()
    {
        switch (wireType)
        {
            case Varint:
                ReadVarint();
                break;
            case Fixed64:
                Take(sizeof(ulong));
                break;
            case Delimited:
                Take(ReadVarint());
                break;
            case Fixed32:
                Take(sizeof(uint));
                break;
            default:
                throw Fault($"wire type {wireType} is none of a protocol buffer");
        }
    }

    private readonly void Expect(int type)
    {
        if (wireType != type)
            throw Fault($"expected wire type {type}, found {wireType}");
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
        throw Fault("a number of more than ten bytes");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(content.Length - position))
            throw Fault($"{count} bytes wanted, {content.Length - position} left");
        var taken = content.Slice(position, (int)count);
        position += (int)count;
        return taken;
    }

    private readonly InvalidFileException Fault(string problem) => new(file, $"byte {position} of a message", problem, "get tokenizer.model again");
}
