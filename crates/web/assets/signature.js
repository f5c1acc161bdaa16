// A signature drawn with a finger, a pen or the mouse becomes a picture among the files of the form. Enhancement only:
// without this file a scan is attached, or the record is signed on paper.

const pad = document.querySelector("[data-signature]");
const input = document.querySelector("#f-files");

if (pad && input) {
  const canvas = pad.querySelector("canvas");
  const draw = canvas.getContext("2d");
  let drawn = false;
  pad.hidden = false;
  // What was chosen from the disk and what is drawn are sent together; a picture that is drawn anew takes its place.
  const place = () => {
    const files = new DataTransfer();
    for (const file of input.files) if (file.name !== canvas.dataset.name) files.items.add(file);
    return files;
  };
  canvas.dataset.name = "signature.png";
  const clear = () => {
    drawn = false;
    draw.fillStyle = "#fff";
    draw.fillRect(0, 0, canvas.width, canvas.height);
    draw.strokeStyle = "#111";
    draw.lineWidth = 6;
    draw.lineCap = "round";
    draw.lineJoin = "round";
    input.files = place().files;
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    draw.beginPath();
    draw.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    draw.lineTo(...at(event));
    draw.stroke();
    drawn = true;
  });
  let going = null;
  const keep = () => {
    if (!drawn) return null;
    going = new Promise((done) => canvas.toBlob((picture) => {
      if (picture && drawn) {
        const files = place();
        files.items.add(new File([picture], canvas.dataset.name, { type: "image/png" }));
        input.files = files.files;
        pad.dataset.kept = "1";
      }
      going = null;
      done();
    }, "image/png"));
    return going;
  };
  canvas.addEventListener("pointerup", keep);
  canvas.addEventListener("pointercancel", keep);
  // Sent straight after the last stroke: the picture is waited for.
  pad.closest("form")?.addEventListener("submit", (event) => {
    if (!going) return;
    event.preventDefault();
    const { currentTarget: form, submitter } = event;
    going.then(() => form.requestSubmit(submitter));
  });
  pad.querySelector("[data-clear]").addEventListener("click", clear);
  clear();
}
