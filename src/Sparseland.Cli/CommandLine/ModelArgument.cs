using System.CommandLine;
using Sparseland.Errors;

namespace Sparseland.Cli.CommandLine;

/// <summary>The MODEL that most verbs take; without one, the model that ships with the tool.</summary>
internal sealed class ModelArgument
{
    private const string Shipped = "models/storyteller";

    public Argument<string?> Argument { get; } = new("MODEL")
    {
        Description = "A Hugging Face folder (dense or packed), a .safetensors, llama2.c .bin or .gguf file; default: the storyteller that ships with the tool.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The path that was given, or the shipped model's.</summary>
    public string Resolve(VerbContext context)
    {
        if (context.Get(Argument) is { Length: > 0 } given)
            return File.Exists(given) || Directory.Exists(given) ? given : throw new InvalidSettingException($"there is no model at {given}: name a folder or a file");
        return ShippedModel();
    }

    /// <summary>The shipped model: beside the tool, or in the repository one works in.</summary>
    public static string ShippedModel()
    {
        foreach (var candidate in new[] { Shipped, Path.Combine(AppContext.BaseDirectory, Shipped) })
            if (File.Exists(Path.Combine(candidate, "config.json")))
                return candidate;
        throw new InvalidSettingException($"no MODEL was given and the shipped one ({Shipped}) is not here: name a model");
    }
}
