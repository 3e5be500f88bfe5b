namespace Sparseland.Errors;

/// <summary>A fault in what a person gave us (a file, a setting, a resource), not in the program. Its message is one line that names the thing, what is wrong and what to do.</summary>
public abstract class SparselandException : Exception
{
    /// <summary>Makes the exception from its finished message.</summary>
    protected SparselandException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>A file is damaged, truncated or not of the format it should be.</summary>
/// <param name="path">The file.</param>
/// <param name="place">Where in the file: a byte offset, a tensor's name, a JSON path; empty when it is the file as a whole.</param>
/// <param name="problem">What was found and what was expected.</param>
/// <param name="remedy">What a person can do about it.</param>
/// <param name="inner">The cause, if another exception showed it.</param>
public sealed class InvalidFileException(string path, string place, string problem, string remedy, Exception? inner = null)
    : SparselandException($"{path}{(place.Length > 0 ? $" ({place})" : "")}: {problem}; {remedy}", inner)
{
    /// <summary>The file that is at fault.</summary>
    public string Path { get; } = path;

    /// <summary>Where in the file.</summary>
    public string Place { get; } = place;
}

/// <summary>Something valid that this version does not know: an architecture, a tensor type, a template construct.</summary>
/// <param name="message">Names the thing and lists what is known instead.</param>
public sealed class UnsupportedException(string message) : SparselandException(message);

/// <summary>Two things that must fit do not: a shape, a tokenizer and a model, a recipe and a tensor.</summary>
/// <param name="message">Names both with expected and found.</param>
public sealed class MismatchException(string message) : SparselandException(message);

/// <summary>A setting outside what is possible: a sparsity of 1.2, an unknown method's name, an empty calibration text.</summary>
/// <param name="message">Names the setting, its value and the legal ones.</param>
public sealed class InvalidSettingException(string message) : SparselandException(message);

/// <summary>Memory, disk or a limit does not suffice.</summary>
/// <param name="message">Names what is needed and what there is.</param>
public sealed class ResourceLimitException(string message) : SparselandException(message);

/// <summary>NaN or infinity where numbers must be, or a factorisation that failed.</summary>
/// <param name="message">Names the tensor or layer.</param>
public sealed class NumericalException(string message) : SparselandException(message);
