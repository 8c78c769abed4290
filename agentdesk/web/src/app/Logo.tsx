import classes from "./app.module.css";

export function Logo({ size = 26 }: { size?: number }) {
  return (
    <span className={classes.logo}>
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#0b6472" />
        <path d="M7 18a9 9 0 0 1 18 0" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
        <rect x="5.5" y="17" width="5" height="8" rx="2.2" fill="#fff" />
        <rect x="21.5" y="17" width="5" height="8" rx="2.2" fill="#fff" />
      </svg>
      <span>Hotline</span>
    </span>
  );
}
