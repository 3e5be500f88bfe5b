using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints.Gguf;

namespace Sparseland.Language.Checkpoints;

/// <summary>Tells the formats apart, by content where a file's first bytes say it and by name otherwise.</summary>
internal static class CheckpointFormats
{
    private const string Known = "known are a Hugging Face folder (config.json with safetensors), .safetensors, llama2.c .bin (v0, v1) and .gguf";

    public static Checkpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            return HuggingFaceReader.OpenFolder(path);
        var file = MappedFile.Open(path);
        if (Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
            return HuggingFaceReader.OpenFile(file);
        if (GgufFile.IsGguf(file))
            return GgufCheckpoint.Open(file);
        if (Path.GetExtension(path).Equals(".bin", StringComparison.OrdinalIgnoreCase) || Llama2CReader.HasMagic(file))
            return Llama2CReader.Open(file);
        throw new UnsupportedException($"{path}: the format is not known; {Known}");
    }
}
