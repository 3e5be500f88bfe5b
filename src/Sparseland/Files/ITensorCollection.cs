using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>Named tensors on disk: one safetensors file, or a folder of shards.</summary>
public interface ITensorCollection
{
    /// <summary>The file or folder.</summary>
    string Path { get; }

    /// <summary>All tensors, in the order of their headers.</summary>
    IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>What the header says about the file as a whole; of a folder, that of all shards together.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of a name, or null.</summary>
    SafetensorsTensor? Find(string name);

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="InvalidFileException">There is none.</exception>
    SafetensorsTensor Require(string name) => Find(name)
        ?? throw new InvalidFileException(Path, PrintableName.Of(name), $"there is no such tensor{Suggestion.For(name, Tensors.Take(1000).Select(tensor => tensor.Name))}", "is this the right model, and is it whole?");
}
